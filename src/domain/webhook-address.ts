import ipaddr from 'ipaddr.js';

const MAX_URL = 2000;

/**
 * What is wrong with the address of a webhook, or nothing. Of a name only a connection shows where it leads; then
 * {@link isPublicAddress} is asked again.
 *
 * @param p.allowPrivate an installation that also calls its own network, without TLS too
 */
export function webhookUrlProblem(text: string, p: { allowPrivate: boolean }): string | undefined {
  const expected = p.allowPrivate ? 'expected an http or https URL' : 'expected an https URL';
  if (text.length > MAX_URL || !URL.canParse(text)) return `${expected} of at most ${MAX_URL} characters`;
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(p.allowPrivate && url.protocol === 'http:'))
    return `${expected}, got ${url.protocol}`;
  if (url.username !== '' || url.password !== '') return `${expected} without user and password`;
  if (url.hash !== '') return `${expected} without a fragment`;
  if (p.allowPrivate) return undefined;
  const host = hostOf(url);
  if (ipaddr.isValid(host) ? isPublicAddress(host) : !isLocalName(host)) return undefined;
  return 'expected an address that everybody can reach, not one of a private network';
}

/** A host as a resolver takes it: an IPv6 address without its brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const isLocalName = (host: string): boolean =>
  /(^|\.)(localhost|local|internal)\.?$/i.test(host) || !host.includes('.');

/** of IPv6, all that was ever given out */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the internet: no loopback, no network of somebody's own, none that is set apart. One
 * of IPv6 that stands for one of IPv4 is judged as that one.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.range() === 'unicast') return parsed.match(...GLOBAL_UNICAST);
  if (parsed instanceof ipaddr.IPv6 && parsed.range() === 'ipv4Mapped')
    return parsed.toIPv4Address().range() === 'unicast';
  // what translates (6to4, NAT64, Teredo) is no unicast either: it may lead back inside
  return parsed.range() === 'unicast';
}
