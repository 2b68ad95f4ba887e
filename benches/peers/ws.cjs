// node `ws`, twice:
//
//   node ws.cjs PORT stringify    as everybody writes it first: JSON.stringify and send for each client
//   node ws.cjs PORT prebuilt     at its best: each line is framed once, and what one turn of the loop has read leaves in
//                                 one write to each socket, past the library
const { Sender, WebSocketServer } = require("ws");

const port = Number(process.argv[2]);
const mode = process.argv[3];
const rooms = new Map();

function stringify(room, line) {
  for (const client of room.clients) client.send(JSON.stringify(line));
}

function prebuilt(room, line) {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  room.frames.push(...Sender.frame(Buffer.from(JSON.stringify(line)), options));
  if (room.frames.length > 2) return;
  setImmediate(() => {
    const frames = Buffer.concat(room.frames.splice(0));
    for (const client of room.clients) client._socket.write(frames);
  });
}

const broadcast = { stringify, prebuilt }[mode];
if (!broadcast) throw new Error("usage: node ws.cjs PORT stringify|prebuilt");

const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096, perMessageDeflate: false });
server.on("connection", (socket, request) => {
  if (!rooms.has(request.url)) rooms.set(request.url, { clients: new Set(), frames: [] });
  const room = rooms.get(request.url);
  room.clients.add(socket);
  socket.on("close", () => room.clients.delete(socket));
  socket.on("error", () => socket.terminate());
  socket.on("message", (data) => {
    const { nickname, message, time } = JSON.parse(data);
    broadcast(room, { nickname, message, time, status: 1 });
  });
});
