import { useState } from 'preact/hooks';
import type { Load, Scenario } from '../types';
import { count } from '../words';
import { Field, Fields } from '../parts/field';
import { Panel } from '../parts/panel';
import { send } from '../api';
import { Status } from '../parts/status';
import { Show, Trouble } from '../parts/notice';
import { Time } from '../parts/time';
import { useInterval, useLoaded } from '../live';
import { useNow } from '../clock';

const LOAD = '/sandbox/load';

/** Places orders by itself for a while. */
export function LoadForm({ scenarios }: { scenarios: readonly Scenario[] }) {
  const loaded = useLoaded<Load>(LOAD);
  const [rate, setRate] = useState('1');
  const [seconds, setSeconds] = useState('60');
  const [weights, setWeights] = useState<Record<string, string>>(() => ({ [scenarios[0]?.id ?? '']: '1' }));
  const [error, setError] = useState<unknown>();
  const isRunning = loaded.data?.state === 'RUNNING';
  useInterval(() => void loaded.reload().catch(() => undefined), isRunning ? 1000 : undefined);

  const ask = async (work: () => Promise<unknown>) => {
    setError(undefined);
    await work()
      .then(loaded.reload)
      .catch((failure: unknown) => setError(failure));
  };
  const start = (event: Event) => {
    event.preventDefault();
    const mix = Object.fromEntries(
      Object.entries(weights).flatMap(([id, weight]) => (Number(weight) > 0 ? [[id, Number(weight)]] : [])),
    );
    const body = { ratePerSecond: Number(rate), durationSeconds: Number(seconds), mix };
    void ask(() => send('POST', LOAD, { body }));
  };

  return (
    <Panel title="Generate load">
      {error !== undefined && <Trouble error={error} />}
      <Show loaded={loaded}>{(load) => <Progress load={load} onStop={() => ask(() => send('DELETE', LOAD))} />}</Show>
      <form onSubmit={start}>
        <Fields>
          <Field
            label="Orders a second"
            name="rate"
            type="number"
            min={0.1}
            max={50}
            step={0.1}
            value={rate}
            onInput={setRate}
          />
          <Field
            label="Seconds"
            name="seconds"
            type="number"
            min={1}
            max={600}
            step={1}
            value={seconds}
            onInput={setSeconds}
          />
        </Fields>
        <details>
          <summary>Mix: how often each scenario comes, against the others</summary>
          <div class="mix">
            {scenarios.map(({ id, title }) => (
              <Field
                key={id}
                label={title}
                name={`mix-${id}`}
                type="number"
                min={0}
                max={100}
                step={1}
                value={weights[id] ?? '0'}
                onInput={(value) => setWeights((before) => ({ ...before, [id]: value }))}
              />
            ))}
          </div>
        </details>
        <div class="buttons">
          <button type="submit" class="main" disabled={isRunning}>
            Start
          </button>
        </div>
      </form>
    </Panel>
  );
}

const wordsOfLoad = ({ placed, failed, skipped }: Load): string =>
  [
    `${count(placed, 'order')} placed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} left out because too many were not answered yet`] : []),
  ].join(', ');

/** what became of them at first: when the stock runs out, it is seen here */
const Outcomes = ({ outcomes }: Pick<Load, 'outcomes'>) => (
  <p class="buttons">
    {outcomes.map(({ status, orders }) => (
      <span key={status}>
        <Status status={status} /> {orders}
      </span>
    ))}
  </p>
);

function Progress({ load, onStop }: { load: Load; onStop: () => unknown }) {
  const now = useNow();
  const { state, startedAt, endsAt, lastFailure } = load;
  const said = wordsOfLoad(load);
  if (state === 'IDLE')
    return (
      <>
        <p class="hint">{startedAt === undefined ? 'Nothing runs.' : `The last one is over: ${said}.`}</p>
        <Outcomes outcomes={load.outcomes} />
      </>
    );
  const [from, to] = [Date.parse(startedAt ?? ''), Date.parse(endsAt ?? '')];
  return (
    <div class="notice good">
      <p role="status">Running: {said}.</p>
      <Outcomes outcomes={load.outcomes} />
      {lastFailure !== undefined && <p>Last failure: {lastFailure}</p>}
      {endsAt !== undefined && (
        <p>
          <progress aria-label="Of its time" value={Math.max(0, Math.min(now - from, to - from))} max={to - from} />{' '}
          ends <Time at={endsAt} />
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={() => onStop()}>
          Stop it
        </button>
      </div>
    </div>
  );
}
