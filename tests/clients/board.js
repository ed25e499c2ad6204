// Reads a published board and waits for the first message of a watch, by a client that
// knows only the protos.
//
//   node board.js HOST:PORT PROTO_FOLDER BOARD_NAME

const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [address, folder, name] = process.argv.slice(2);
const definition = loader.loadSync(path.join(folder, "saima/scoring/v1/board.proto"), {
  includeDirs: [folder],
  keepCase: true,
  enums: String,
  defaults: true,
});
const { BoardService } = grpc.loadPackageDefinition(definition).saima.scoring.v1;
const client = new BoardService(address, grpc.credentials.createInsecure());
// Who is calling goes with every call; without a secure channel as plain metadata.
const caller = new grpc.Metadata();
caller.set("authorization", `Bearer ${process.env.SAIMA_TOKEN}`);
const deadline = () => ({ deadline: Date.now() + 20_000 });

function fail(error) {
  console.error(error);
  process.exit(1);
}

client.GetBoard({ name }, caller, deadline(), (error, board) => {
  if (error) fail(error);
  const watch = client.WatchBoard({ name }, caller, deadline());
  watch.on("error", (error) => {
    if (error.code !== grpc.status.CANCELLED) fail(error);
  });
  watch.once("data", ({ board: watched }) => {
    if (JSON.stringify(watched.tracks) !== JSON.stringify(board.tracks)) {
      fail(new Error("the watch shows another board"));
    }
    for (const entry of board.tracks[0].entries) {
      console.log(entry.rank.value, entry.unit_display_name, entry.score.value, entry.colour);
    }
    watch.cancel();
    client.GetBoard({ name: "nonsense" }, caller, deadline(), (error) => {
      if (error?.code !== grpc.status.INVALID_ARGUMENT) fail(new Error(`unexpected ${error}`));
      console.log("board: done");
      client.close();
    });
  });
});
