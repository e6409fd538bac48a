import { connectToEmulator, dynamoBooksWorld } from '../support/contracts/emulator';
import { describeLostTasks } from '../support/contracts/lost-tasks';
import { memoryBooksWorld } from '../support/contracts/books';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

describeLostTasks('DynamoDB', () => dynamoBooksWorld(emulator));
describeLostTasks('the memory', memoryBooksWorld);
