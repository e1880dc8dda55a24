import about from "./about.json";
import app from "./app.json";
import bytes from "./bytes.json";
import chain from "./chain.json";
import change from "./change.json";
import check from "./check.json";
import convert from "./convert.json";
import copy from "./copy.json";
import domains from "./domains.json";
import drop from "./drop.json";
import facts from "./facts.json";
import failure from "./failure.json";
import health from "./health.json";
import image from "./image.json";
import jobs from "./jobs.json";
import learn from "./learn.json";
import library from "./library.json";
import map from "./map.json";
import member from "./member.json";
import newDisk from "./newDisk.json";
import openAs from "./openAs.json";
import overview from "./overview.json";
import palette from "./palette.json";
import passphrase from "./passphrase.json";
import preflight from "./preflight.json";
import receipt from "./receipt.json";
import settings from "./settings.json";
import samples from "./samples.json";
import snapshots from "./snapshots.json";
import speed from "./speed.json";
import trust from "./trust.json";
import unfinished from "./unfinished.json";
import welcome from "./welcome.json";

/** The English texts, one file an area; every other language has the same files. */
export const en = {
  about,
  app,
  bytes,
  chain,
  change,
  check,
  convert,
  copy,
  domains,
  drop,
  facts,
  failure,
  health,
  image,
  jobs,
  learn,
  library,
  map,
  member,
  newDisk,
  openAs,
  overview,
  palette,
  passphrase,
  preflight,
  receipt,
  settings,
  samples,
  snapshots,
  speed,
  trust,
  unfinished,
  welcome,
};
