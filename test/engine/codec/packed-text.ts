/**
 * One text, packed by bzip2 1.0.8 and xz 5.4.1 and zstd 1.5 (`COMMAND < text`), in base64: no tool of them is on every
 * machine that runs the tests.
 */
const packed = {
  /** bzip2 -1 -c */
  bzip2: [
    "QlpoMTFBWSZTWVUVFj8ADtF/////////////////////////////////////////////0ARedwOwAHAAVVNMeqe9",
    "UmTBMTP1SDEwTARpkyZNDExMAAAARhMExBkMTJgEwE0wAAIZMAAAABGmTAAAAAmTQ0wqpgJ//qqqRgmJkZMCYBNN",
    "oRoyYBNNGAmTTEyMAjQMgwAATQYEDBNMCYJphGAJgCNDCZGgGJoNBkyYAARN6pR7VP9KqgAGQAaAAaABoAGgAAAD",
    "I0DQYgNAAAAAAAAAAAABkAABoAAaAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVSqQ0JtAAIY",
    "TAEMQaNMBMNExpMJgmRhNNqepoM0hkMJgACDEyYjEGCYjIaZNGmJiZA0yMmEyYTTEwATTExOoIESUwQQI68hBAin",
    "SEimaaJq7BNkkm6+TlIRCEE4TpO08T1Pk/UBQVCUN2LsnZqIoqjKO7RSGYtmTbizUo1GbCM1KNRmwGhuz6JoujaP",
    "pGk6VgLydJJJKEgBJEYCQEcEcEgIwEkRQEoiAEugAEpBFAS6IASiKAkiMBICOCOCQEYCSIoCURACXQACSIwEgI4I",
    "4JARgJIigJREAJdAALpCEtLQloQmIU+FQhUYTHdQqEO7hUod5BCAhg7YEQCJ40YAEYA8ABOIQBCEIQhF4RwR4IQh",
    "CEIwwwwwww4c76YwO7u7u7u7u8jEzMzM45My0zMzM2ta1rWlIajDjtRhx2aWdqVertRhx2ow47UYcdqMOO1GHHaj",
    "DjtRq1q8zMzMq8mSSSUxEREQrydqMOO1GApRgGoM9GcKUYClGApRgKUYClGApRprWSZmZlQk6SSUTEREQleAAAAd",
    "hwAAACa1mazMzKskhJJRExERCUAAAAAJq1qAABNa3Jm5MzKupJVSSiImIiErAAAAAAXmrWoAE1rN2ZuzMq4kkriS",
    "iIiYiEroAAAAAAENWtQJrWZtM2mVVJJK6lERETEJXAAAAAAAALNWtZrWZmJmJQkkkrKIiIiYSqAAAAAAAABda4PN",
    "27MzKmEhJJJWta1rWiJAAAAAAAAeQmExTZXVeV9YEmsKxPAWNZFlSizPBWdaFpWp4S1rYtq3Le8NcFxeI8VclzXR",
    "dXjLs8dd0qqBEIKpEQRERK+Qk0IRERMUslyIQXhdSIQXsiEEolHlvMS5EILyvTUS0QhBe0ikSIQecn5EIJ0nDz3o",
    "L4vxEIJmRCD0U+ek9NQCIQX5NF/YBgXqMEwbCMKwzDsQxLFMWxjGscx7IPVes9d7DIskyb2WUZV7TLMuzD23uMyz",
    "TNvde8998DOM6zzPtA+FoWiaN8T42kaV8j5XzNM+dp2N1C0voal9L6mqfW1bWNa+xrmvbB9rYtk+5978H4vybN+b",
    "aNq/R+rbNu/ZuG5bpu37t43r+G+b9wHBfy4T+nDcRxX9uM47kOS5TluY5rnOe6D/HRf66Tpuo3QgRJ/82rqus67/",
    "xdyRThQkFUVFj8A=",
  ],
  /** xz -6 -c */
  xz: [
    "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4af/Ar5dADYaSh8IoCYDTQad7+2MoT/IKg/y/+Yui4erUOkMqkO3fz18",
    "AJFVIZHXp0W5HSslhKN9iAZtWLIXyU3uFLh4SRZKV4ONbdO3jkynbM2BoR9yyTTA0iPdaUMBccHu6HifJPLE2p8t",
    "7cWibAfzBn1jhBhXra3jQuyxVvQ/0admt+WXc0FzcKN/yZvx39d7SBexz2gIedTE0OL/kkX6IvWhd1hAqE4iXJ0/",
    "8MtV6bkC6fupeQIo3EXLM1uzCTwdu59bAwvNM5eAEt8XHY5zD8yxobSIyaE/Jpsb97TvUPC8qFbY7JXN+4CVf2I8",
    "RhNxzPIY0EICMblNXJ5CZy/fDFncLy+Qc5COdtgHoTineonnm7nRhRV3tcbS2t/KDTPmMMIsOlrbGFdvHK81vdJd",
    "ZAht9tUQhEvyG5r3/VbRUPjRHby9LjFautGkE3aYUu1m3an+vGs/Ouc+ErCNzWUckGp5SnlbpRaCtlR9yGSzbqwD",
    "k2Q4+x+OrUGJyKJMIyrAFL9Dd0qzH6schbWcufPIuok7xeMe6gOAozAdqPsZSoWDQAScnAdbKqsw3ADpX8hS2h7t",
    "ptkSoAEjfsxb+gqgxBKvGr8qHSu4sVB+76544cz0gawk5NqpZMAmQLlaxAkqtXNcfW6TKWfxWDY6tgsEqc0VEsOT",
    "mxBqNe61Ch6/Lmpb8fwvtMLdbww96wN/1/YBeavXq9hpk1iUSCb1nheqYyuU8I59hD4qv2Up388uhDB/T2gzEkZZ",
    "LREY46JHtMJHd9OcL2jaBdi+8UIdguevuZi8RL6USpCfXjg2+4BbpMllSxKG1CiwhX8ulKxRVBqMzFkeh80bi+es",
    "1QGcPlPjs74M3pSd6kmHNJNQadUKtuAH/S4jTr4wwRYVWaO3eiXgSig9tUpiI7yhpHh/wgixOqQIRLvRjhy3ns9j",
    "dvm6OWAAAAAAANz0YTga0/bXAAHaBYDQBgBpQJqOscRn+wIAAAAABFla",
  ],
  /** xz -1 --check=crc32 --block-size=40000 -c */
  xzBlocks: [
    "/Td6WFoAAAFpIt42AgAhARAAAACocI6G4Jw/AbBdADYaSh8IoCYDTQad7+2MoT/IKg/y/+Yui4erUOkMqkO3fz18",
    "AJFVIZJAHssaIA/9R6uDz0CEm6l0ICcn531X9ZDggPyc+QucgfboWtQLmqVpunSwOan6TYNSzhKfrvhRKC9dBFTq",
    "bhvtIPI/hOIXLxeFA5a9bqd9DIdF5B+4yFALpoJ+c3MN58hOPFBkJSLfyDY8hGe1SUueIiRoXJzagiaAQex9n9Cn",
    "JjEhIJXApXdT6inru1w4sGuuKpFcnPOOHzi6dLutBJEcWeAq8PDchBONKeP3Zd7tHH937KbOAPrszK4J68J0U3aB",
    "NmqJq3lTaO3m65OvXXZ7B1AbTO4mtHW/OZYq4MauGcu5mpeKNw7lQEdem1RFnjVGWBKHb7KKiEr8i3v9wziiugRe",
    "c/Y6fr0WPa8Mla9vep9kT7wnsel2OnCtcrbEQtElXB0MEQbS0tnMz1dCSm4j0d5wN5GQzlomVqi/MeQ4uPQWJKAG",
    "p5bga1HWg4xfrnowVHVmHByiGm2+f9Z+ctyfEhdgzV61Dm41HVVmQSbYbFiAws8VplYdT0bslbDsNuta1sE8zwvT",
    "AAAWS0N1AgAhARAAAACocI6G4Jw/AEVdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopN",
    "L6MN2X+m44wjEVPgWRjFdYrid/i2lHpjHU4AAAAAAAB5RKnmAgAhARAAAACocI6G4G9/ATNdAABv/f//o7f/Rz5I",
    "FXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdGCYRFcQNdGbohYGpNuEDaHTiYTX",
    "Frdzrgr4Adc0+d1wbmibToJFSxbYNHr0fWoytSzx4sXBw/t41unmUOWYuxIKeCxKA+/5Ml5DH9/CIoGDSuGHfeBF",
    "OKr+eyMtswdSg7TpzoBVOKedVLBjPhzud/c+n10EJL7yrm4VJ0xkyX2uPFimEEDGklHv4vRA8DnUn7UYUkMDOKOc",
    "ITmuBne+y+UW4VTrt67WfWzql+gM8r1w5cTVx7XulZuQCkgBLmKjHSFcsR/qX4NP0ucFPoeJlq6ayJdAiFiLVfmY",
    "Q+LuP1e4J84G7wO/m/e3A60V+szt7kpJbNpwx2+qAAAAAFEEhh0AA8gDwLgCXcC4AssCgN8BcX4xAyPTVF0EAAAA",
    "AAFZWg==",
  ],
  /** zstd -19 -c */
  zstd: [
    "KLUv/QRoFAYAwg0dE6AZcxDze0f+v8RoacmW3H61WgG2Xdd1Xdd1Xdc0TdM0TdM03Xvvvffe+///////PM/zPM/z",
    "PAuCIAiCIAhCZmZmZiYiIiIi4t3d3d2dmZmZmVlVVVVVFRERERFR27Zt+///QuJZUQeUhVCCISiSYAICMY6AmKgR",
    "sPr+GcCj6hAS4Wd8uuf7fa/3/d7t++2DBOQ/7iM9zuM70vEcx53x1d3Zm7dnb96+kY01pnFGZYwRjC92lbvu3nmX",
    "XSuBVgXVDwC2onIWEOAKaQz/////v+nfuL333oQkwv/TBEkAPQCLAP++7/u+7/u+f39/f39/f39/f9etW7du3bp1",
    "69atS5cuXbp06dKlS5fu3Llz586dO3fu3Lly5cqVK1euXLly5caNGzdu3Lhx4wZ1Op1Op9PpdDp9Pp/P5/P5fD6X",
    "y+VyuVwul8vj8Xg8Ho/H4/Hw8PDw8PDw8PBwcHBwcHBwcHBw8P////8DbNaoSYPmjJkyZMaICQPmi5cuXLZoyYLl",
    "ipW9KlSmSIkC5YmTJkyWKEmC5IiRIkSGCAkC5IePHjx26MiB44aNGjRmyIgB40WlU8YQfD8Xei1YrFCRAsUJEyVI",
    "jBARAsQHDx04bNCQAcMFCxUoTJAQAcIDBw0YLFCQAMEBAwUIDBAQAEC9Xq/X6/V6PXpW9ubJiwfvnbt27NapS4fu",
    "nLly5MaJCwfum7du3LZpy4btmrVq1KZJiwbtmbNmzJYpS4bsmLFixIYJCwbsl69evHbpyoXrlq1atGbJigXrlatW",
    "rFapSoXqlKlSpEaJCgXqk6dOnDZpyoTpkqVKlCZJigTpkaNGjBYpSoTokKFChAYJCgToj58+fPboyYPnjp06dObI",
    "iQPnjZs2AYCYqBEg/Pr/G+BpNxJ4BYHh9/8/MuwGtvdh+aR2+PcHEq3qNKR1BAECCLhoC40Nrjc=",
  ],
};

/** The text: lines, a long run, every byte, a short pattern; whole sectors. */
export const packedText: Uint8Array = Buffer.concat([
  Buffer.from(Array.from({ length: 300 }, (_, line) => `line ${line} of a text\n`).join("")),
  Buffer.alloc(100_000),
  Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256)),
  Buffer.from("abab".repeat(500)),
  Buffer.from(".".repeat(442)),
]);

/** The text as the tool of that name packed it. */
export function packedBy(name: keyof typeof packed): Uint8Array {
  return new Uint8Array(Buffer.from(packed[name].join(""), "base64"));
}
