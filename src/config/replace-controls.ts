/** What a terminal would act upon, or a log reader take for a new line, becomes U+FFFD. */
export function replaceControls(text: string): string {
  return text.replace(/[^\P{C}\t]/gu, "\ufffd");
}
