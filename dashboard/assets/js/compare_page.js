export class ComparePage {
  constructor(signal) { this.signal = signal; }
  async start() {}
}
