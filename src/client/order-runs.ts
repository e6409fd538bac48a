import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { OrderId } from '../domain/ids';
import type { RunState } from '../domain/reconciliation';
import { createEngine, EngineUnavailableError } from './engine';
import { StepError } from '../domain/failures';
import { workflowIdOf } from '../domain/ids';

/** Whether the engine leads orders on. Throws `StepError` SERVICE_UNAVAILABLE when it cannot say. */
export function createOrderRuns(client: Client): { stateOf(orderId: OrderId): Promise<RunState> } {
  const engine = createEngine(client);
  return {
    async stateOf(orderId) {
      try {
        const { status } = await engine.ask(() => client.workflow.getHandle(workflowIdOf(orderId)).describe());
        return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'RUNNING' : 'ENDED';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'UNKNOWN';
        if (!(error instanceof EngineUnavailableError)) throw error;
        throw new StepError('SERVICE_UNAVAILABLE', 'the engine cannot be reached', { cause: error });
      }
    },
  };
}
