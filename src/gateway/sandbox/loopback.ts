import * as ipaddr from 'ipaddr.js';

/** Whether nobody but this machine reaches a server that listens there. @param host a name or an IP address */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
