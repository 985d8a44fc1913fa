/** A binary heap of things that are due: earliest first, and of equal times the one that was added first. */
export interface DueQueue<T> {
  add(item: T, due: number): void;
  /** The earliest, which stays; undefined if there is none. */
  peek(): { readonly item: T; readonly due: number } | undefined;
  /** Takes the earliest out. */
  drop(): void;
}

interface Slot<T> {
  readonly item: T;
  readonly due: number;
  readonly sequence: number;
}

export function createDueQueue<T>(): DueQueue<T> {
  const heap: Slot<T>[] = [];
  let sequence = 0;

  return {
    add(item, due) {
      heap.push({ item, due, sequence: sequence++ });
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(heap[i]!, heap[parent]!)) return;
        swap(i, parent);
        i = parent;
      }
    },
    peek: () => heap[0],
    drop() {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        const right = left + 1;
        let least = i;
        if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
        if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right;
        if (least === i) return;
        swap(i, least);
        i = least;
      }
    },
  };

  function swap(i: number, j: number): void {
    [heap[i], heap[j]] = [heap[j]!, heap[i]!];
  }
}

function isBefore<T>(a: Slot<T>, b: Slot<T>): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}
