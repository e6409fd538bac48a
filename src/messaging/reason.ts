/** Characters of a value that a reason shows. */
const MAX_SHOWN = 80;
/** Causes that a reason names. */
const MAX_LISTED = 10;

/** A value as a reason shows it: never all of a long one, and nothing of an object. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object') return 'something else';
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_SHOWN) : value);
  // the two that JSON leaves as they are and SQS does not carry
  return text.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}

/** Causes in one line; of very many the first, and how many more there are. */
export function listed(causes: readonly string[]): string {
  const more = causes.length - MAX_LISTED;
  return [...causes.slice(0, MAX_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
