/** what looks like an address, or like the number of a phone, an account or a card */
const PERSONAL = [/\S+@\S+/g, /\+?\d(?:[\s().-]?\d){6,}/g];

/** A text of somebody else's as it is kept: without what looks like personal data, and in one line. */
export const withoutPersonalData = (text: string): string =>
  PERSONAL.reduce((left, pattern) => left.replace(pattern, '…'), text)
    .replace(/[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}\s]+/gu, ' ')
    .trim();
