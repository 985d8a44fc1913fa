/** Columns two spaces apart, those that are empty in every row left out; each line ends with a newline. */
export function renderTable(rows: readonly (readonly string[])[], indent: string): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  const used = [...widths.keys()].filter((i) => widths[i]! > 0);
  return rows
    .map((row) => `${indent}${used.map((i) => row[i]!.padEnd(widths[i]!)).join("  ")}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}
