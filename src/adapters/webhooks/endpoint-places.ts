import type { EndpointPlaces } from '../../activities/webhook-ports';
import { EndpointBusyError } from '../../domain/webhooks';

/**
 * Places at the endpoints of shops, counted in this process: by host, so that one that is slow does not take those of all
 * others, however many webhooks lead there.
 *
 * @param p.perHost messages that are under way to one host at a time
 */
export function createEndpointPlaces({ perHost }: { perHost: number }): EndpointPlaces {
  const taken = new Map<string, number>();
  return {
    async during(url, post) {
      const { host } = new URL(url);
      const count = taken.get(host) ?? 0;
      if (count >= perHost) throw new EndpointBusyError(perHost);
      taken.set(host, count + 1);
      try {
        return await post();
      } finally {
        const left = taken.get(host)! - 1;
        if (left > 0) taken.set(host, left);
        else taken.delete(host);
      }
    },
  };
}
