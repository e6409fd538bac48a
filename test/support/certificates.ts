import { generate, type GenerateResult } from 'selfsigned';
import { uniqueId } from './orders';

/** A CA of its own. */
export const makeAuthority = (): Promise<GenerateResult> =>
  generate([{ name: 'commonName', value: uniqueId('CA') }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });

/** A certificate for a server or a client of that name. */
export const issue = (by: GenerateResult, name: string): Promise<GenerateResult> =>
  generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: by.private, cert: by.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
