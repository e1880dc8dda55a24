import about from "./about.json";
import app from "./app.json";
import chain from "./chain.json";
import convert from "./convert.json";
import copy from "./copy.json";
import drop from "./drop.json";
import failure from "./failure.json";
import health from "./health.json";
import image from "./image.json";
import jobs from "./jobs.json";
import library from "./library.json";
import map from "./map.json";
import member from "./member.json";
import overview from "./overview.json";
import passphrase from "./passphrase.json";
import preflight from "./preflight.json";
import receipt from "./receipt.json";
import snapshots from "./snapshots.json";
import welcome from "./welcome.json";

/** The English texts, one file an area; every other language has the same files. */
export const en = {
  about,
  app,
  chain,
  convert,
  copy,
  drop,
  failure,
  health,
  image,
  jobs,
  library,
  map,
  member,
  overview,
  passphrase,
  preflight,
  receipt,
  snapshots,
  welcome,
};
