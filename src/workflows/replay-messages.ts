import { defineSignal } from '@temporalio/workflow';

export const REPLAY_WORKFLOW = 'replayWorkflow';

/** Somebody wants no more of a replay. */
export const cancelReplaySignal = defineSignal<[{ by: string }]>('cancelReplay');
