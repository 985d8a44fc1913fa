/** Calls `work` for every item, at most `limit` at a time: folders of tens of thousands of files must not be taken at one gulp. */
export async function forEachParallel<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  async function takeItems(): Promise<void> {
    for (let i = next++; i < items.length; i = next++) await work(items[i] as Item, i);
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeItems));
}
