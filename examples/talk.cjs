const socket = new (globalThis.WebSocket ?? require("ws"))("ws://127.0.0.1:8080/");
const say = (message) =>
  socket.send(JSON.stringify({ nickname: "小雨", message, time: new Date().toLocaleString() }));
socket.onopen = () => say("Hello from ten lines of JavaScript");
socket.onmessage = ({ data }) => {
  const { status, nickname, message, time, error } = JSON.parse(data);
  if (status === 1) console.log(`${time} ${nickname}: ${message}`);
  if (status === 0) console.log(`${nickname} has left`);
  if (status === -1) console.error(error);
};
