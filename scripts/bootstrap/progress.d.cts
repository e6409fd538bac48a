export interface Progress {
  stage: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  line: (text: string) => void;
  stop: () => void;
}
export function createProgress(stream?: NodeJS.WriteStream): Progress;
