import type { FastifyRouteSchemaDef, FastifySchemaCompiler, FastifyValidationResult } from 'fastify/types/schema';
import type { Static } from '@sinclair/typebox';
import { TypeBoxValidatorCompiler, type TSchema } from '@fastify/type-provider-typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { Fail, ValidationError } from '../domain/order';
import { ProblemError } from './problem';

/** Parses the body of a route once, into what its handler works with; everything else is TypeBox's. */
export const withBody =
  (parse: FastifyValidationResult): FastifySchemaCompiler<unknown> =>
  (part: FastifyRouteSchemaDef<unknown>) =>
    part.httpPart === 'body' ? parse : TypeBoxValidatorCompiler(part as FastifyRouteSchemaDef<TSchema>);

/**
 * A parser of the body of a change: wrong types are refused with 400, and otherwise all wrong values with 422. No body is
 * an empty one.
 *
 * @param check gives what the handler works with; it does not count when something failed
 */
export function changeParser<S extends TSchema>(
  schema: S,
  check: (body: Static<S>, fail: Fail) => object | undefined,
): FastifyValidationResult {
  const shape = TypeCompiler.Compile(schema);
  return (sent: unknown) => {
    const body = sent ?? {};
    if (!shape.Check(body)) {
      const found = [...shape.Errors(body)];
      const errors = found.map(({ path, message }) => ({ pointer: path, code: 'wrong_type', detail: message }));
      return { error: refusal('invalid_body', errors) };
    }
    const errors: ValidationError[] = [];
    const value = check(body, (pointer, code, detail) => void errors.push({ pointer, code, detail }));
    return errors.length > 0 ? { error: refusal('change_invalid', errors) } : { value };
  };
}

/** Errors that one answer lists. */
const MAX_ERRORS = 1000;

function refusal(code: 'invalid_body' | 'change_invalid', errors: ValidationError[]): ProblemError {
  const what = code === 'invalid_body' ? 'other types' : 'other values';
  const detail = `expected a change, got ${what} in ${errors.length} ${errors.length === 1 ? 'place' : 'places'}`;
  return new ProblemError(code, { detail, errors: errors.slice(0, MAX_ERRORS) });
}
