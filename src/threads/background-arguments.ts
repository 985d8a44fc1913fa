/**
 * Makes a new worker thread one that works in the background, see `workInBackground()`, before it loads its module.
 *
 * @param module of the worker, in a folder beside this one
 * @returns its `execArgv`: without those of the process, among which may be some that no thread takes
 */
export function backgroundArguments(module: URL): string[] {
  return ["--import", new URL("../threads/start-in-background.js", module).href];
}
