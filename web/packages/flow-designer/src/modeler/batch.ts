/** Several changes undone as one. */
interface Context { run: () => void }

export class BatchHandler {
  preExecute(context: Context): void {
    context.run()
  }
}
