/** What a text names by the words in its braces. */
export type TextValues = Readonly<Record<string, string | number>>;

/** "Block {number}" with its values; a name without a value stays as it is. */
export function fillIn(template: string, values: TextValues = {}): string {
  return template.replaceAll(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
