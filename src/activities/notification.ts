import type { CustomerNotification, Messenger } from './ports';
import { asStep, attempts } from './step';

/** NotifyCustomer. */
export function createNotificationActivities({ messenger }: { messenger: Messenger }) {
  return {
    notifyCustomer: asStep(async (notification: CustomerNotification): Promise<{ attempts: number }> => {
      await messenger.notifyCustomer(notification);
      return { attempts: attempts() };
    }),
  };
}
