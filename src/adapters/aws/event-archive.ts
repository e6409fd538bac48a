import {
  CancelReplayCommand,
  DescribeReplayCommand,
  type DescribeReplayCommandOutput,
  type EventBridgeClient,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ArchiveReplay, EventArchive } from '../../activities/replay-ports';
import type { ReplayRequest } from '../../domain/replay';
import { depthOf } from './queue-gauge';
import { reach, refusedRequest } from './errors';
import { StepError } from '../../domain/failures';

export interface EventArchiveProps {
  events: EventBridgeClient;
  sqs: SQSClient;
  archiveArn: string;
  /** of the rule that a replay is narrowed to */
  ruleArn: string;
  /** name or ARN of the archive's bus: replays go nowhere else */
  busName: string;
  /** of the queue behind the rule */
  queueUrl: string;
}

/** The archive on EventBridge. */
export function createEventArchive({ events, sqs, ...p }: EventArchiveProps): EventArchive {
  const what = 'asking the archive';

  async function describe(ReplayName: string): Promise<DescribeReplayCommandOutput | undefined> {
    try {
      return await reach(what, () => events.send(new DescribeReplayCommand({ ReplayName })));
    } catch (error) {
      if (error instanceof StepError && error.cause instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  return {
    async start(request) {
      const { name: ReplayName } = request;
      const period = periodOf(request);
      const Destination = { Arn: busArnOf(p), FilterArns: [p.ruleArn] };
      const start = new StartReplayCommand({ ReplayName, EventSourceArn: p.archiveArn, ...period, Destination });
      try {
        await reach('starting a replay', () => events.send(start));
      } catch (error) {
        if (!(error instanceof StepError) || !(error.cause instanceof Error)) throw error;
        const { cause } = error;
        // without the archive there is nothing that trying again would find
        if (cause instanceof ResourceNotFoundException) throw refusedRequest('starting a replay', cause);
        if (!(cause instanceof ResourceAlreadyExistsException)) throw error;
        const found = await describe(ReplayName);
        if (found && !isSamePeriod(found, period))
          throw new StepError('REQUEST_REFUSED', `EventBridge knows another replay ${ReplayName}`, { cause });
      }
    },

    async look(name) {
      const found = await describe(name);
      if (!found) return undefined;
      const { EventLastReplayedTime: last, StateReason: reason } = found;
      return {
        state: stateOf(found),
        ...(last && { lastReplayedAt: last.toISOString() }),
        ...(reason && { reason }),
      };
    },

    async cancel(name) {
      try {
        await reach('cancelling a replay', () => events.send(new CancelReplayCommand({ ReplayName: name })));
      } catch (error) {
        // it is over; and what EventBridge will not cancel, the forwarder leaves out
        if (error instanceof StepError && error.type === 'REQUEST_REFUSED') return;
        const now = await describe(name);
        if (now && stateOf(now) === 'RUNNING') throw error;
      }
    },

    async backlog() {
      const { waiting, inFlight, delayed } = await depthOf(sqs, p.queueUrl);
      return waiting + inFlight + delayed;
    },
  };
}

/** The bus of a name is that of the archive's account and region. */
const busArnOf = ({ busName, archiveArn }: Pick<EventArchiveProps, 'busName' | 'archiveArn'>): string =>
  busName.startsWith('arn:') ? busName : archiveArn.replace(/:archive\/.*$/, `:event-bus/${busName}`);

/** EventBridge counts in seconds: an event of the first one is not to be missed for its milliseconds. */
const periodOf = ({ from, to }: ReplayRequest) => ({
  EventStartTime: new Date(Math.floor(Date.parse(from) / 1000) * 1000),
  EventEndTime: new Date(to),
});

function isSamePeriod(
  { EventStartTime, EventEndTime }: DescribeReplayCommandOutput,
  period: ReturnType<typeof periodOf>,
): boolean {
  const seconds = (time: Date | undefined) => Math.floor((time?.getTime() ?? 0) / 1000);
  return (
    seconds(EventStartTime) === seconds(period.EventStartTime) && seconds(EventEndTime) === seconds(period.EventEndTime)
  );
}

function stateOf({ State }: DescribeReplayCommandOutput): ArchiveReplay['state'] {
  switch (State) {
    case 'COMPLETED':
    case 'CANCELLED':
    case 'FAILED':
      return State;
    default:
      return 'RUNNING';
  }
}
