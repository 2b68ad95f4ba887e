// uWebSockets.js in its best-known shape: a topic for each room, one publish for each line.
//
//   node uws.cjs PORT        BACKLOG_BYTES: what may wait for one connection before its lines are dropped

// The native library itself: the package would fall back to JavaScript without it, and that would be another server.
const { arch, platform, versions } = process;
const uWS = require(`@trufflesuite/uws-js-unofficial/binaries/uws_${platform}_${arch}_${versions.modules}.node`);

const port = Number(process.argv[2]);
const backlogBytes = Number(process.env.BACKLOG_BYTES);
const decoder = new TextDecoder();

const app = uWS.App();
app.ws("/*", {
  compression: uWS.DISABLED,
  maxBackpressure: backlogBytes,
  maxPayloadLength: 64 * 1024,
  idleTimeout: 0,
  upgrade: (response, request, context) => {
    response.upgrade(
      { room: request.getUrl() },
      request.getHeader("sec-websocket-key"),
      request.getHeader("sec-websocket-protocol"),
      request.getHeader("sec-websocket-extensions"),
      context,
    );
  },
  open: (socket) => socket.subscribe(socket.getUserData().room),
  message: (socket, payload) => {
    const { nickname, message, time } = JSON.parse(decoder.decode(payload));
    app.publish(socket.getUserData().room, JSON.stringify({ nickname, message, time, status: 1 }));
  },
});
app.listen("127.0.0.1", port, (listening) => {
  if (!listening) throw new Error(`port ${port} cannot be listened on`);
});
