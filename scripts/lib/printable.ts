/**
 * What somebody else wrote, as a terminal may be given it: what would move its cursor, paint, break a line or turn the
 * direction of the text is shown as its code, such as `\u001b`.
 */
export const printable = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
