/**
 * Makes a new worker thread one that works in the background, see `workInBackground()`, before it loads its module.
 *
 * @param module of the worker, in a folder beside this one
 * @returns its `execArgv`: those of the process, and one more
 */
export function backgroundArguments(module: URL): string[] {
  return [
    ...process.execArgv,
    "--import",
    new URL("../threads/start-in-background.js", module).href,
  ];
}
