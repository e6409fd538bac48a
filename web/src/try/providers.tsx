import { useState } from 'preact/hooks';
import type { Providers } from '../types';
import { Badge } from '../parts/status';
import { Panel } from '../parts/panel';
import { send } from '../api';
import { Show, Trouble } from '../parts/notice';
import { useLoaded } from '../live';
import { wordsOf } from '../words';

const PROVIDERS = '/sandbox/providers';

type Provider = Providers['providers'][number];

/** Takes the sandbox's companies down and up again, for all orders at once. */
export function ProviderSwitches() {
  const loaded = useLoaded<Providers>(PROVIDERS);
  const [error, setError] = useState<unknown>();
  const turn = async ({ provider, available }: Provider) => {
    setError(undefined);
    await send('POST', `${PROVIDERS}/${provider}`, { body: { available: !available } })
      .then(loaded.reload)
      .catch((failure: unknown) => setError(failure));
  };
  return (
    <Panel title="Take a company down">
      {error !== undefined && <Trouble error={error} />}
      <Show loaded={loaded}>
        {({ providers }) => (
          <ul class="plain providers">
            {providers.map((one) => (
              <li key={one.provider} class="buttons">
                <span>{wordsOf(one.provider)}</span>
                <Badge tone={one.available ? 'good' : 'bad'}>{one.available ? 'works' : 'is down'}</Badge>
                <button type="button" onClick={() => void turn(one)}>
                  {one.available ? 'Take it down' : 'Bring it up'} <span class="unseen">({one.provider})</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Show>
    </Panel>
  );
}
