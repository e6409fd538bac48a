import { isPlainText, MAX_TEXT } from './order';

/** Who asks for something by hand, and why. */
export interface Operator {
  by: string;
  reason?: string;
}

/** True for a name, and a reason where there is one, that can be stored and read: for callers who are not checked before. */
export const isOperator = ({ by, reason }: Operator): boolean => isText(by) && (reason === undefined || isText(reason));

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT && isPlainText(value);
