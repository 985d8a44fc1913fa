/** What the texts of the JSON files in the state folder have in common. Pure. */

/** Reads a text that its writer gave this format; a string says for people why it is ignored. */
export function parseStateText(
  text: string,
  format: number,
): Readonly<Record<string, unknown>> | string {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  return isRecord(file) && file.format === format ? file : "it is of an unknown format";
}

/** Whether a value of a JSON text is an object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a moment or a length of time, in whatever unit: finite, and not below zero. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
