import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flattenPrefixes } from "./flatten-prefixes.ts";
import { mergeLists } from "./merge-lists.ts";
import { parsePrefix } from "./parse.ts";
import { findRange, type RangeList, RangeWriter } from "./range-list.ts";
import { measureRangeTable, RangeTable, writeRangeTable } from "./range-table.ts";

function pack(list: RangeList): RangeTable {
  const buffer = new SharedArrayBuffer(8 + measureRangeTable(list));
  writeRangeTable(list, buffer, 8);
  return new RangeTable(buffer, 8);
}

function toBig(words: ArrayLike<number>): bigint {
  return Array.from(words).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function toWords(value: bigint, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) =>
    Number((value >> BigInt(32 * (count - 1 - i))) & 0xffff_ffffn),
  );
}

interface Block {
  readonly first: bigint;
  readonly length: number;
  readonly value: number;
}

/** Prefixes that crowd together, so that they nest and touch. */
function arbitraryBlocks(bits: 32 | 128): fc.Arbitrary<Block[]> {
  const length = bits === 32 ? fc.integer({ min: 0, max: 32 }) : fc.integer({ min: 0, max: 128 });
  const corner = fc.constantFrom(0n, 0x20n << 120n, 0x2001_0db8n << 96n, (1n << 128n) - 1n);
  const noise = fc.bigInt(0n, (1n << 20n) - 1n);
  const shift = fc.integer({ min: 0, max: bits - 20 });
  return fc.array(
    fc
      .tuple(corner, noise, shift, length, fc.integer({ min: 1, max: 4 }))
      .map(([base, low, by, size, value]) => {
        const address =
          ((base >> BigInt(128 - bits)) ^ (low << BigInt(by))) & ((1n << BigInt(bits)) - 1n);
        const host = BigInt(bits - size);
        return { first: (address >> host) << host, length: size, value };
      }),
    { maxLength: 20 },
  );
}

function toPrefix(
  block: Block,
  bits: 32 | 128,
): { prefix: { address: { family: 4 | 6; octets: Uint8Array }; length: number }; value: number } {
  const octets = Uint8Array.from({ length: bits / 8 }, (_, i) =>
    Number((block.first >> BigInt(bits - 8 * (i + 1))) & 0xffn),
  );
  return {
    prefix: { address: { family: bits === 32 ? 4 : 6, octets }, length: block.length },
    value: block.value,
  };
}

function holds(block: Block, address: bigint, bits: number): boolean {
  return address >> BigInt(bits - block.length) === block.first >> BigInt(bits - block.length);
}

/** First and last addresses of all blocks, and their neighbours: where everything changes. */
function listCorners(blocks: readonly Block[], bits: number): bigint[] {
  const top = (1n << BigInt(bits)) - 1n;
  const corners = blocks.flatMap(({ first, length }) => {
    const last = first + (1n << BigInt(bits - length)) - 1n;
    return [first - 1n, first, last, last + 1n];
  });
  return [0n, top, ...corners].filter((address) => address >= 0n && address <= top);
}

for (const bits of [32, 128] as const) {
  const words = bits === 32 ? 1 : 4;
  const find = (table: RangeTable, address: bigint): number =>
    bits === 32 ? table.find4(Number(address)) : table.find6(toWords(address, 4));
  const widen = (table: RangeTable, address: bigint, i: number): number =>
    bits === 32 ? table.widen4(Number(address), i) : table.widen6(toWords(address, 4), i);

  describe(`RangeTable of ${bits}-bit addresses`, () => {
    it("find() gives the value of the longest prefix that holds the address", () => {
      fc.assert(
        fc.property(
          arbitraryBlocks(bits),
          fc.array(fc.bigInt(0n, (1n << BigInt(bits)) - 1n)),
          (blocks, random) => {
            const list = flattenPrefixes(
              words,
              blocks.map((block) => toPrefix(block, bits)),
              0,
              (_, inner) => inner,
            );
            const table = pack(list);
            for (const address of [...listCorners(blocks, bits), ...random]) {
              // Of equal prefixes the later one counts.
              const best = blocks
                .filter((block) => holds(block, address, bits))
                .reduce<Block | undefined>(
                  (a, b) => (a === undefined || b.length >= a.length ? b : a),
                  undefined,
                );
              expect(table.values[find(table, address)]).toBe(best?.value ?? 0);
            }
          },
        ),
      );
    });

    it("widen() gives the widest prefix of one value", () => {
      fc.assert(
        fc.property(arbitraryBlocks(bits), (blocks) => {
          const list = flattenPrefixes(
            words,
            blocks.map((block) => toPrefix(block, bits)),
            0,
            (_, inner) => inner,
          );
          const table = pack(list);
          const isUniform = (address: bigint, length: number): boolean => {
            const host = BigInt(bits - length);
            const first = (address >> host) << host;
            return find(table, first) === find(table, first + (1n << host) - 1n);
          };
          for (const address of listCorners(blocks, bits)) {
            const length = widen(table, address, find(table, address));
            expect(isUniform(address, length)).toBe(true);
            if (length > 0) expect(isUniform(address, length - 1)).toBe(false);
          }
        }),
      );
    });

    it("holds no two neighbours of equal value, and starts that rise from 0", () => {
      fc.assert(
        fc.property(arbitraryBlocks(bits), (blocks) => {
          const { starts, values } = flattenPrefixes(
            words,
            blocks.map((block) => toPrefix(block, bits)),
            0,
            Math.max,
          );
          expect(toBig(starts.subarray(0, words))).toBe(0n);
          for (let i = 1; i < values.length; i++) {
            expect(values[i]).not.toBe(values[i - 1]);
            expect(
              toBig(starts.subarray(i * words, (i + 1) * words)) >
                toBig(starts.subarray((i - 1) * words, i * words)),
            ).toBe(true);
          }
        }),
      );
    });

    it("mergeLists() asks combine for the values at every address", () => {
      fc.assert(
        fc.property(arbitraryBlocks(bits), arbitraryBlocks(bits), (a, b) => {
          const lists = [a, b].map((blocks) =>
            flattenPrefixes(
              words,
              blocks.map((block) => toPrefix(block, bits)),
              0,
              (_, inner) => inner,
            ),
          );
          const merged = pack(mergeLists(lists, ([x, y]) => x! * 10 + y!));
          const [left, right] = lists.map(pack);
          for (const address of listCorners([...a, ...b], bits)) {
            expect(merged.values[find(merged, address)]).toBe(
              left!.values[find(left!, address)]! * 10 + right!.values[find(right!, address)]!,
            );
          }
        }),
      );
    });
  });
}

describe("flattenPrefixes()", () => {
  it("skips prefixes of the other family", () => {
    const entries = [{ prefix: parsePrefix("2001:db8::/32")!, value: 1 }];
    expect(flattenPrefixes(1, entries, 0, (_, inner) => inner).values).toEqual(Uint32Array.of(0));
  });

  it("lets the outer value win when combine says so", () => {
    const entries = [
      { prefix: parsePrefix("10.0.0.0/8")!, value: 1 },
      { prefix: parsePrefix("10.1.0.0/16")!, value: 2 },
    ];
    const list = flattenPrefixes(1, entries, 9, Math.min);
    expect([...list.starts]).toEqual([0, 0x0a00_0000, 0x0b00_0000]);
    expect([...list.values]).toEqual([9, 1, 9]);
  });
});

describe("RangeTable with a full index", () => {
  it("finds what a plain binary search finds", () => {
    const tops = [
      0, 0x1fff, 0x2000, 0x2001, 0x2620, 0x263f, 0x2640, 0x2a00, 0x2a0f, 0x2fff, 0x3000, 0x3fff,
      0xffff,
    ];
    for (const words of [1, 4] as const) {
      const starts = new Set<number>([0]);
      // Steps of an odd number visit distinct values, the same ones on every run.
      for (let i = 0; i < 80_000; i++) {
        const low = Math.imul(i, 40_503) & 0xffff;
        starts.add(
          words === 1 ? Math.imul(i, 2_654_435_761) >>> 0 : tops[i % tops.length]! * 0x1_0000 + low,
        );
      }
      const sorted = [...starts].sort((a, b) => a - b);
      const writer = new RangeWriter(words);
      for (const [i, start] of sorted.entries()) writer.push(start, 0, 0, 0, i & 0xffff);
      const list = writer.finish();
      const table = pack(list);
      for (const start of sorted) {
        for (const first of [start, Math.max(0, start - 1), Math.min(0xffff_ffff, start + 1)]) {
          const address = Uint32Array.of(first, 0xffff_ffff, 0, 0);
          const found = words === 1 ? table.find4(first) : table.find6(address);
          if (found !== findRange(list, address)) expect.fail(`${words} ${first.toString(16)}`);
        }
      }
    }
  });
});
