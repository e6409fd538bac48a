import { temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;
const { EventType } = temporal.api.enums.v1;

/**
 * What an order costs at Temporal Cloud in Actions (docs.temporal.io/cloud/actions): one for the start, one for the
 * update that comes with it, one for each time an activity is tried, one for each timer, and one for all the local
 * activities of a workflow task together.
 */
export interface HistoryCosts {
  events: number;
  workflowTasks: number;
  actions: { start: number; updates: number; activities: number; localActivities: number; timers: number };
}

/** Counts what a history shows; activities that were tried again show only their last attempt. */
export function countHistory({ events }: History): HistoryCosts {
  const all = events ?? [];
  const count = (type: temporal.api.enums.v1.EventType) => all.filter((event) => event.eventType === type).length;
  const tasksWithLocalActivities = all
    .map((event) => event.markerRecordedEventAttributes)
    .filter((marker) => marker?.markerName === 'core_local_activity')
    .map((marker) => String(marker!.workflowTaskCompletedEventId));
  return {
    events: all.length,
    workflowTasks: count(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
    actions: {
      start: count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED),
      updates: count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED),
      activities: count(EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED),
      localActivities: new Set(tasksWithLocalActivities).size,
      timers: count(EventType.EVENT_TYPE_TIMER_STARTED),
    },
  };
}
