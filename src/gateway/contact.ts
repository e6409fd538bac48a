import { Type } from '@sinclair/typebox';
import { CHANNELS } from '../domain/order';

/** How a customer can be reached, as it is sent and shown. */
export const contactMembers = {
  email: Type.Optional(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', maxLength: 254 })),
  phone: Type.Optional(Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', description: 'E.164, such as +821012345678' })),
  pushEndpoint: Type.Optional(
    Type.String({
      pattern: '^arn:[\\w-]+:sns:[\\w-]+:\\d{12}:endpoint/[^\\s]+$',
      maxLength: 2048,
      description: 'the ARN of an SNS platform endpoint',
    }),
  ),
  channels: Type.Optional(
    Type.Array(Type.Union(CHANNELS.map((channel) => Type.Literal(channel))), {
      uniqueItems: true,
      description: 'what the customer prefers where an order does not say; absent: every channel',
    }),
  ),
};
