import { capital } from './words';

/** What a step does, in plain words that can begin a sentence; by its name in the state machine, or else its activity's. */
const DOES: Record<string, string> = {
  ValidateOrder: 'checking the order',
  RefuseOrder: 'refusing the order',
  OrderValidationFailed: 'refusing the order',
  CheckInventory: 'reserving the stock',
  HandlePartialInventory: 'reporting what is missing',
  InventoryNotAvailable: 'reporting what is missing',
  ProcessPayment: 'charging the customer',
  CapturePayment: 'taking the money that is held',
  VoidPayment: 'voiding the charge',
  RefundPayment: 'giving the money back',
  LookUpLatePayment: 'looking up a payment that came late',
  RecordLatePayment: 'writing down a payment that came late',
  ReportLatePayment: 'reporting a payment that came late',
  AllocateWarehouse: 'telling the warehouse what to ship',
  GenerateShippingLabel: 'booking the carrier',
  ReplaceShippingLabel: 'booking the carrier for the new address',
  CancelShippingLabel: 'cancelling the label',
  CommitTransaction: 'taking the goods out of the books',
  DecideToGiveBack: 'deciding that everything is given back',
  ReleaseInventory: 'giving the stock back',
  InstructPacking: 'telling the warehouse what to pack',
  NotifyCustomer: 'telling the customer',
  OpenBackorder: 'taking a place in the line for stock',
  TakeBackorder: 'taking the stock that was waited for',
  CloseBackorder: 'giving up the place in the line for stock',
  OfferStock: 'offering stock to those who wait for it',
  Restock: 'putting goods back into stock',
  RecordEvents: 'writing down what happened',
};

/** `ProcessPayment` of the activity `processPayment`: the names of the state machine, where the step is one of its states. */
export const stepOf = (activity: string): string => capital(activity);

/** True where a step has words of its own. */
export const hasWords = (step: string): boolean => Object.hasOwn(DOES, step);

/** What a step does; of one without words of its own its name, taken apart. */
export const doing = (step: string): string =>
  hasWords(step) ? DOES[step]! : step.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
