import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../../domain/webhook-address';

/** Where a name leads, as the system knows it. */
export type Resolve = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

const resolveBySystem: Resolve = (name, done) => systemLookup(name, { all: true }, done);

/**
 * A connection's own look-up of a name, which leaves out all that is not of the internet: what is judged is what is
 * connected to, so a name that leads elsewhere the next time is of no use.
 */
export function publicLookup(resolve: Resolve = resolveBySystem): LookupFunction {
  return (name, options, done) =>
    resolve(name, (error, found) => {
      const usable = found?.filter(({ address }) => isPublicAddress(address)) ?? [];
      const [first] = usable;
      if (error) done(error, []);
      else if (!first) done(new PrivateAddressError('the name leads to a private network'), []);
      else if (options.all) done(null, usable);
      else done(null, first.address, first.family);
    });
}
