const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** To the minute, for waits of hours and days: `14:30 UTC on 9 July 2025`. @param at ISO 8601 */
export const shownTime = (at: string): string => shown(at, 16);

/** To the second, for what is tried again soon: `14:30:05 UTC on 9 July 2025`. @param at ISO 8601 */
export const shownMoment = (at: string): string => shown(at, 19);

function shown(at: string, end: number): string {
  const time = new Date(at);
  // an unreadable time must not be the end of what is being told
  if (Number.isNaN(time.getTime())) return at;
  const day = `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
  return `${time.toISOString().slice(11, end)} UTC on ${day}`;
}

/** A time in a sentence, as it was written there. */
export interface TimeTold {
  /** ISO 8601 */
  at: string;
  /** to the second, and not only to the minute */
  isMoment: boolean;
}

const TOLD = new RegExp(`\\b(\\d\\d):(\\d\\d)(?::(\\d\\d))? UTC on (\\d{1,2}) (${MONTHS.join('|')}) (\\d{4})\\b`, 'g');

/** A sentence taken apart where it tells a time, so that it can be told in the zone of whoever reads it. */
export function partsOf(sentence: string): (string | TimeTold)[] {
  const parts: (string | TimeTold)[] = [];
  let from = 0;
  for (const match of sentence.matchAll(TOLD)) {
    const [words, hour, minute, second, day, month, year] = match;
    const monthAt = MONTHS.indexOf(month as (typeof MONTHS)[number]);
    const time = Date.UTC(Number(year), monthAt, Number(day), Number(hour), Number(minute), Number(second ?? 0));
    const told = { at: new Date(time).toISOString(), isMoment: second !== undefined };
    parts.push(sentence.slice(from, match.index), told);
    from = match.index + words.length;
  }
  parts.push(sentence.slice(from));
  return parts.filter((part) => part !== '');
}
