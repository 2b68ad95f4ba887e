// The simplest WebSocket chat program, as a class: connect, send objects, remember what comes.
import WebSocket from "ws";

export interface PlainEvent {
  nickname: string;
  message: string;
  time: string;
  status: number;
  at?: string;
  room?: string;
  error?: string;
}

export class PlainScript {
  readonly heard: PlainEvent[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data) => this.heard.push(JSON.parse(data.toString()) as PlainEvent));
  }

  static connect(url: string): Promise<PlainScript> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const script = new PlainScript(socket);
      socket.once("open", () => resolve(script));
      socket.once("error", reject);
    });
  }

  say(nickname: string, message: string, time = "now"): void {
    this.socket.send(JSON.stringify({ nickname, message, time }));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.readyState === WebSocket.CLOSED) return resolve();
      this.socket.once("close", () => resolve());
      this.socket.close();
    });
  }
}
