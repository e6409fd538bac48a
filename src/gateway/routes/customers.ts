import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { Contact } from '../schemas';
import { contactMembers } from '../contact';
import { isPlainText, MAX_TEXT } from '../../domain/order';
import { ProblemError } from '../problem';

const CustomerParams = Type.Object({ customerId: Type.String({ description: 'the id of the customer' }) });

const readSchema = {
  tags: ['customers'],
  operationId: 'getContact',
  summary: 'Show how a customer can be reached',
  description: 'As it was said last.',
  params: CustomerParams,
  response: { 200: answer(Contact, 'The addresses and the preferred channels'), ...problems('contact_not_found') },
};

const writeSchema = {
  tags: ['customers'],
  operationId: 'putContact',
  summary: 'Say how a customer can be reached',
  description:
    'Replaces what there was. A channel without an address is left out when there is something to tell. ' +
    'An order that names `channels` itself is told of on those.',
  params: CustomerParams,
  // a member that is no such one is a mistake, not something to keep
  body: Type.Object(contactMembers, { additionalProperties: false }),
  response: {
    200: answer(Contact, 'As it is kept now'),
    ...problems('invalid_json', 'body_too_large', 'invalid_parameter', 'unsupported_media_type', 'contact_not_found'),
  },
};

/** `GET` and `PUT /customers/{customerId}/contact`. */
export function customerRoutes(app: FastifyInstance, { contacts }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.get('/customers/:customerId/contact', { schema: readSchema }, async ({ params }) => {
    const contact = await contacts.readContact(expectCustomerId(params.customerId));
    if (!contact) throw new ProblemError('contact_not_found', { detail: 'expected a customer with a contact' });
    return contact;
  });

  routes.put('/customers/:customerId/contact', { schema: writeSchema }, async ({ params, body }) => {
    const contact = { customerId: expectCustomerId(params.customerId), ...body };
    await contacts.writeContact(contact);
    return contact;
  });
}

/** @throws ProblemError for what no order's customer can be called */
function expectCustomerId(text: string): string {
  if (text !== '' && text.length <= MAX_TEXT && isPlainText(text)) return text;
  throw new ProblemError('contact_not_found', { detail: `expected a customer id of 1 to ${MAX_TEXT} characters` });
}
