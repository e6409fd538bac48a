import { useState } from 'preact/hooks';
import type { Order, OrderCancelled } from '../types';
import { ActDialog } from '../parts/act';
import { Choice, Field, Fields } from '../parts/field';
import { Said } from '../parts/time';
import { money, STATUS_WORDS } from '../words';

interface OrderDialogProps {
  order: Order;
  onDone: () => unknown;
  onClose: () => void;
}

type Changed = Pick<OrderCancelled, 'orderId' | 'status' | 'outcome' | 'returnId'>;

const standing = ({ status }: Changed): string =>
  status === undefined
    ? 'Waybill has it, and the order goes on by itself.'
    : `Done. The order was then: ${STATUS_WORDS[status][0]}. What comes of it is shown on its page.`;

export function CancelDialog({ order, ...rest }: OrderDialogProps) {
  const act = {
    title: `Cancel ${order.orderId}`,
    happens:
      'What no carrier has yet turns back, and its money with it. What has shipped is to be returned, and refunded when it is there.',
    confirm: 'Cancel the order',
    path: `/orders/${order.orderId}/cancel`,
    done: (answer: Changed) =>
      answer.outcome === 'RETURN_REQUESTED'
        ? `It has shipped: return ${answer.returnId} was opened.`
        : 'Done. The order turns back, and gives back what was taken.',
    onDone: rest.onDone,
  };
  return <ActDialog act={act} onClose={rest.onClose} />;
}

const CHOICES = {
  SHIP_AVAILABLE: ['Ship what is there', 'The customer gets and pays what is there; the rest is left out.'],
  WAIT: [
    'Ship what is there, wait for the rest',
    'What is there ships now; the rest ships, and is charged, when it arrives.',
  ],
  CANCEL: ['Cancel the order', 'Nothing ships, and nothing is charged.'],
} as const;

export function DecisionDialog({ order, ...rest }: OrderDialogProps) {
  const choices = order.decision?.choices ?? [];
  const [choice, setChoice] = useState<(typeof choices)[number]>(choices[0] ?? 'SHIP_AVAILABLE');
  const act = {
    title: `Decide for ${order.orderId}`,
    happens: CHOICES[choice][1],
    confirm: CHOICES[choice][0],
    path: `/orders/${order.orderId}/decision`,
    body: () => ({ choice }),
    fields: (
      <Choice
        label="What becomes of it"
        name="choice"
        value={choice}
        onInput={(value) => setChoice(value as typeof choice)}
        options={choices.map((one) => [one, CHOICES[one][0]] as const)}
      />
    ),
    done: standing,
    onDone: rest.onDone,
  };
  return <ActDialog act={act} onClose={rest.onClose} />;
}

const NOWHERE = { street: '', city: '', country: '', zipCode: '' };

export function AddressDialog({ order, ...rest }: OrderDialogProps) {
  const [address, setAddress] = useState(order.shippingAddress ?? NOWHERE);
  const part = (name: keyof typeof address, label: string) => (
    <Field
      label={label}
      name={name}
      value={address[name]}
      onInput={(value) => setAddress((before) => ({ ...before, [name]: value }))}
      isRequired
    />
  );
  const act = {
    title: `Correct the address of ${order.orderId}`,
    happens: 'Parcels that no carrier has yet get a new label; those that are on their way are not turned.',
    confirm: 'Send it there',
    path: `/orders/${order.orderId}/address`,
    body: () => address,
    fields: (
      <>
        {part('street', 'Street')}
        <Fields>
          {part('zipCode', 'Postal code')}
          {part('city', 'City')}
          {part('country', 'Country, two letters')}
        </Fields>
      </>
    ),
    done: standing,
    onDone: rest.onDone,
  };
  return <ActDialog act={act} onClose={rest.onClose} />;
}

const RESOLUTIONS = {
  RETRY: ['Try it again', 'The step that failed is tried once more, under the same key: nothing is done twice.'],
  SKIP: ['Go on without it', 'The step is left out for good, and the order goes on. The reason is kept with it.'],
  SETTLE: ['It was done by hand', 'The step counts as done under your reference, and the order goes on.'],
} as const;

type Resolution = keyof typeof RESOLUTIONS;

const atStake = ({ attention }: Order) =>
  attention?.amount !== undefined && <strong>{money(attention.amount, attention.currency)} is at stake.</strong>;

export function ResolutionDialog({ order, ...rest }: OrderDialogProps) {
  const [action, setAction] = useState<Resolution>('RETRY');
  const [reference, setReference] = useState('');
  const act = {
    title: `Resolve ${order.orderId}`,
    happens: (
      <>
        <Said text={order.summary} /> {atStake(order)} {RESOLUTIONS[action][1]}
      </>
    ),
    confirm: RESOLUTIONS[action][0],
    path: `/orders/${order.orderId}/resolution`,
    body: () => ({ action, ...(action === 'SETTLE' && { reference }) }),
    fields: (
      <>
        <Choice
          label="What to do"
          name="action"
          value={action}
          onInput={(value) => setAction(value as Resolution)}
          options={Object.entries(RESOLUTIONS).map(([value, [words]]) => [value, words] as const)}
        />
        {action === 'SETTLE' && (
          <Field
            label="Reference"
            name="reference"
            value={reference}
            onInput={setReference}
            isRequired
            hint="Under which it was done, like a bank transfer’s number."
          />
        )}
      </>
    ),
    done: standing,
    onDone: rest.onDone,
  };
  return <ActDialog act={act} onClose={rest.onClose} />;
}
