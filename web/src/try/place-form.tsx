import { useRef, useState } from 'preact/hooks';
import type { OrderPlaced } from '../types';
import type { Scenario } from '../types';
import { Choice, Field } from '../parts/field';
import { linkToOrder } from '../router';
import { newKey, Refused, send } from '../api';
import { Panel } from '../parts/panel';
import { Status } from '../parts/status';
import { Trouble } from '../parts/notice';

type Outcome = { placed: OrderPlaced } | { error: unknown };

/** Places an order of a scenario, as it is or changed. */
export function PlaceForm({ scenarios }: { scenarios: readonly Scenario[] }) {
  const [id, setId] = useState(scenarios[0]?.id ?? '');
  const scenario = scenarios.find((one) => one.id === id);
  const [text, setText] = useState(() => indented(scenario?.order));
  const [outcome, setOutcome] = useState<Outcome>();
  const [isSending, setSending] = useState(false);
  const key = useRef(newKey());

  const choose = (next: string) => {
    setId(next);
    change(indented(scenarios.find((one) => one.id === next)?.order));
  };
  const change = (next: string) => {
    setText(next);
    setOutcome(undefined);
    // another order
    key.current = newKey();
  };
  const place = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    try {
      const placed = await send<OrderPlaced>('POST', '/orders', { body: parsed(text), key: key.current });
      setOutcome({ placed });
      key.current = newKey();
    } catch (error) {
      setOutcome({ error });
    } finally {
      setSending(false);
    }
  };

  return (
    <Panel title="Place an order">
      <form onSubmit={(event) => void place(event)}>
        <Choice
          label="Scenario"
          value={id}
          onInput={choose}
          options={scenarios.map((one) => [one.id, one.title] as const)}
        />
        <p class="hint">{scenario?.description}</p>
        <Field
          label="Order"
          name="order"
          value={text}
          onInput={change}
          rows={18}
          isCode
          hint="JSON, as a shop sends it."
        />
        <div class="buttons">
          <button type="submit" class="main" aria-disabled={isSending}>
            {isSending ? 'Placing…' : 'Place it'}
          </button>
        </div>
      </form>
      {outcome && 'error' in outcome && <Trouble error={outcome.error} />}
      {outcome && 'placed' in outcome && (
        <div class="notice good" role="status">
          <p>
            <span aria-hidden="true">✓</span> <a href={linkToOrder(outcome.placed.orderId)}>{outcome.placed.orderId}</a>{' '}
            is <Status status={outcome.placed.status} />
          </p>
        </div>
      )}
    </Panel>
  );
}

const indented = (order: object | undefined): string => JSON.stringify(order ?? {}, null, 2);

/** @throws Refused in the words of the gateway's own problem */
function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    const detail = `expected well-formed JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw new Refused({ title: 'The order is not JSON', status: 400, code: 'invalid_json', detail });
  }
}
