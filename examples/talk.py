import asyncio, json, websockets

async def main():
    async with websockets.connect("ws://127.0.0.1:8080/") as socket:
        await socket.send(json.dumps({"nickname": "小明", "message": "Hello from Python", "time": ""}))
        async for frame in socket:
            event = json.loads(frame)
            print(event["status"], event.get("nickname"), event.get("message"), event.get("error", ""))

asyncio.run(main())
