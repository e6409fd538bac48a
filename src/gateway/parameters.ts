import { checkTimestamp } from '../domain/validation';
import { ProblemError } from './problem';

/** A parameter that cannot be taken. @param pointer such as `/from` */
export const invalidParameter = (pointer: string, detail: string): ProblemError =>
  new ProblemError('invalid_parameter', { detail, errors: [{ pointer, code: 'invalid', detail }] });

/**
 * @returns milliseconds since 1970
 * @throws ProblemError for what is no ISO 8601 time
 */
export function expectTime(text: string, pointer: string): number {
  const time = checkTimestamp(text, (_, _code, detail) => {
    throw invalidParameter(pointer, detail);
  });
  return Date.parse(time ?? '');
}

/** A day, and nothing else of a time. */
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * A time, or the first or last moment of a UTC day.
 *
 * @returns as `toISOString` has it
 * @throws ProblemError for what is neither
 */
export function expectMoment(text: string, pointer: string, edge: 'first' | 'last'): string {
  const time = DAY.test(text) ? `${text}T${edge === 'first' ? '00:00:00.000Z' : '23:59:59.999Z'}` : text;
  const moment = new Date(expectTime(time, pointer)).toISOString();
  // an offset leads out of the years that four digits have
  if (!/^\d{4}-/.test(moment)) throw invalidParameter(pointer, 'expected a time in the years 0000 to 9999, UTC');
  return moment;
}
