import { isMissing } from '../api';
import type { Scenario } from '../types';
import { LoadForm } from '../try/load-form';
import { Nothing, Show } from '../parts/notice';
import { Page } from '../parts/page';
import { PlaceForm } from '../try/place-form';
import { ProviderSwitches } from '../try/providers';
import { useLoaded } from '../live';

/** Orders for trying things out, where payment company and carriers are the sandbox's. */
export function TryPage() {
  const loaded = useLoaded<{ scenarios: Scenario[] }>('/sandbox/scenarios');
  return (
    <Page title="Try it">
      <p>Payment company, carriers and the others are a sandbox: no money moves, and no parcel either.</p>
      {isMissing(loaded.error) ? (
        <Nothing>There is no sandbox here: orders are placed by shops.</Nothing>
      ) : (
        <Show loaded={loaded}>
          {({ scenarios }) => (
            <div class="columns">
              <PlaceForm scenarios={scenarios} />
              <div class="stack">
                <LoadForm scenarios={scenarios} />
                <ProviderSwitches />
              </div>
            </div>
          )}
        </Show>
      )}
    </Page>
  );
}
