import { useEffect, useState } from 'preact/hooks';

/** Where the page is, by what follows the `#`. */
export interface Route {
  /** decoded, without empty ones: `/orders/ORD-1` is `['orders', 'ORD-1']` */
  segments: string[];
  query: URLSearchParams;
}

type Query = Record<string, string | undefined>;

function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  return { segments: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** The link to a place; members of the query that are empty are left out. */
export function linkTo(segments: readonly string[], query: Query = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  return `#/${segments.map(encodeURIComponent).join('/')}${search}`;
}

/** The link to where the page is, without a member of its query. */
export function linkWithout(name: string): string {
  const { segments, query } = parseRoute(location.hash);
  return linkTo(segments, Object.fromEntries([...query].filter(([one]) => one !== name)));
}

export const linkToOrder = (orderId: string): string => linkTo(['orders', orderId]);

export const goTo = (link: string): void => {
  location.hash = link;
};

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}

/** a link that somebody mistyped leads nowhere, and breaks nothing */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
