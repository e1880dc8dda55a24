import type { Content } from "../../../shared/model/inside";

/** A file system as its own tool made it: the sectors that are looked at; all others count as zero. */
interface MadeContent {
  readonly name: string;
  readonly madeBy: string;
  /** Bytes. */
  readonly size: number;
  /** What it is and says of itself. */
  readonly content: Content;
  /** Numbers of sectors of 512 bytes. */
  readonly sectors: readonly number[];
  /** These sectors one behind the other, zlib, Base64. */
  readonly deflated: string;
}

export const madeContents: readonly MadeContent[] = [
  {
    name: "apfs",
    madeBy: "mkapfs (apfsprogs)",
    size: 629145600,
    content: { kind: "apfs", size: 629145600 },
    sectors: [0, 2],
    deflated:
      "eNq7vFJGasd+7lOMDBCARDeAaL+IYCcGAQYGhggmBmwAJvo49eHUv5NdWCb7bxSoElu2LoUFVd6BgYFBQBxhviOSfhY0s1gYEIIKflD3sKDaycTCMApGAc0BIwMLA8cw9h8ABocP8Q==",
  },
  {
    name: "btrfs",
    madeBy: "mkfs.btrfs 6.2",
    size: 125829120,
    content: { kind: "btrfs", label: "pool ü", size: 125829120 },
    sectors: [128, 129, 130, 133, 134],
    deflated:
      "eNpbI/JDmwEPkP8jxfpR3MO6s9Cjs9/13AIGBkawOCNUPt7JIygtON6XDabhwCWIlEMAI3YTG9gh8kxgCqYPrlgAJAfFAgwMjUhqYIAZSjsyIwkyolvA0MAKNxCG8QKbCOOLrVaO2RPedvBt+TajGd3rBfn5OQqH9zCMghEKoEnsCQMDLG03gEkmNBVKKHxGcNJjYmBESqIQ/egJDiF/Aas8PSwYBaNgFOCouSC5hhUtlyH4F1H5DmjqD6DxHdDUo1WNjOS6E1oFw6tNaFXMhpb72XC50wFdP43cyRCIUp3Dqmg4vyEAle+Apt4BXV4Qe0vgACOF7oSEDwvcHog74fyGQFQ+ujsZAtDkaeVOMgAAhDRdgw==",
  },
  {
    name: "exfat",
    madeBy: "mkfs.exfat 1.2.0",
    size: 16777216,
    content: { kind: "exfat", label: "Karte", size: 16777216 },
    sectors: [0, 1, 2, 3, 7, 15, 4120],
    deflated:
      "eNp7XTbBNcLNMURBQYGBItAApTkYGMAmCTAwMPAxMLAyMDDM+XixmoGRgYGTmbGBYRQMIhC6ajQMRuN/FIzG/ygYjf9RMBr/o2BkxX8zqzdDIkMRQwlDKlYVjVjEmBgYGA4wQthNDAwMvJclnyHLMzMwMJwRGw3doQAA36wU/w==",
  },
  {
    name: "ext2",
    madeBy: "mke2fs",
    size: 8388608,
    content: { kind: "ext2", label: "old-root", size: 8388608 },
    sectors: [2, 3],
    deflated:
      "eNpj4GBgYFBgYJjJyMBwTpaB4Ss7AwMjAxJQgGIOCLdhIWM2A8P//8HvGcHqIHwIgOnjhnIsGBgYmBgYGJgZGBgCT2nrlVc6XGtrk11xO2c+e35Oim5Rfn4JA1WBPF7Zj5+fle0Pcnvcf8XQMVGbTRHkXh4GZH9RFygwKKCG5TAGKkwMo2AIAgA6zx4j",
  },
  {
    name: "ext3",
    madeBy: "mke2fs",
    size: 16777216,
    content: { kind: "ext3", label: "journal", size: 16777216 },
    sectors: [2, 3, 128, 130, 132, 134, 135],
    deflated:
      "eNrt0r1qAkEUhuF3zoIuKGgbq+20sxA0heCmiATBxv/fiE0EDQkEUqSzS6WVXkAuIngd3oI3kEYbmw1kDa7YiY3uPDAw3zDDMOcMUcCGlAFPGdhEQOFh7YbpxvGXGoHjlH/U3z43u/7PhXYhCwhgAB+F2u194mHyHVts84P4avj6/vbSf+a8ckcrpmcemMdu1mnbnCWnywbdolIQZv+ukkBZoCJQFagJ1AUaAk2BlkBboCPQFXgU6Bne26Icls46rOUV+zTRLpBt6Rr42Z3uv685VyOnm3lK/4P6/2uaX/0CLM7oYg==",
  },
  {
    name: "ext4",
    madeBy: "mke2fs",
    size: 16777216,
    content: { kind: "ext4", label: "system", size: 16777216 },
    sectors: [2, 3, 128, 130, 132, 134],
    deflated:
      "eNpjEGBgYHBgYDBmZmB4bcbA8JWfgYGRAQkoQDEHhNuwkDGbgeH//+D3jGB1ED4EwPRxQzk2DAwMh5gYGLJZGBgK9pze8Xal4/TJ34rSj6wo7i+uLC5JzWWgMqjHEOFAYj+ZfJVp4nsfv7lX16i4JJS7MDI6MPAwIPzF9ZmRgQVZMwsDQ5MCKfYLMKAGnQJqWMKMZWRgmMowvAA7J8MoGGJgzvEPWx0URsNhJAPH0fgf0cBpNP5HNHAejf8RDQAs9ij7",
  },
  {
    name: "ext4-64bit",
    madeBy: "mke2fs",
    size: 67108864,
    content: { kind: "ext4", size: 67108864 },
    sectors: [2, 3],
    deflated:
      "eNpjcGBgYHBgYDBmZmB4b87A8NWeAQyYoJihAYodIOINCxmzGRj+/w9+z8jACOdDACOU5oZybBgYGA4xMTBkszAw/Lo6LfCwh8vKzVIWMWl5Lu0MNAHsGCIcSOzOEx5WR2d7qE7n3Bi3+tCqcEZGBwYeBoS/uD4zM7AgqediYGDgR6KlGBgYJBkYGJ4zMzBosWCz3wGFp8CgAA8TZMDCyMCgyzC8ADcHwygYYuB0QmcqAE8nIuI=",
  },
  {
    name: "fat12",
    madeBy: "mkfs.vfat 4.2",
    size: 2097152,
    content: { kind: "fat12", label: "FLOPPY", size: 2097152 },
    sectors: [0, 1, 7],
    deflated:
      "eNp7bTMhNzutWC8tsYSBiYWRgYmBiUHgBzODAAMTAww0MGh+ieOVcPPxDwiIVAABN8cQQyMFBQU++X3RNWuUDpRwh23h283OcFYg7vUHoydnxc5Kvv4XkpFZrJBZrJCXX6KQqJCUn1+SmJSTqpCSWZytp6AQkJOaWJyqkJlXnFqEIp+Wk19QUKmQmJfCy1VQlFpcrJCYV6mQnVqpUJKvUFJUqZCYnpiZp6Cnp6fAy8UwCigBoat+/P8/GgwjGCBlag4GBqu80tjSWAg9GjYjAQAAW6pFug==",
  },
  {
    name: "fat16",
    madeBy: "mkfs.vfat 4.2",
    size: 20971520,
    content: { kind: "fat16", label: "BOOT16", size: 20971520 },
    sectors: [0, 84],
    deflated:
      "eNp7bTMhNzutWC8tsYSBiYWFgYmBiWHBDw0GBQYWBhhoYNDUbeaVcPL3DzE0UwABN0cIi09+X3TNGqUDJdxhW/h2szOcFYh7/cHoyVmxs5Kv/4VkZBYrZBYr5OWXKCQqJOXnlyQm5aQqpGQWZ+spKATkpCYWpypk5hWnFqHIp+XkFxRUKiTmpfByFRSlFhcrJOZVKmSnViqU5CuUFFUqJKYnZuYp6OnpKfByMYwCSkDoKqRI5WBgsMorjS2NhdCjoTMSAADQ70Jy",
  },
  {
    name: "fat32",
    madeBy: "mkfs.vfat 4.2",
    size: 50331648,
    content: { kind: "fat32", label: "ESP", size: 50331648 },
    sectors: [0, 1, 7, 1544],
    deflated:
      "eNp7HTEhNzutWC8tsYSBiVGBgYmBgYHhBwODAgMHAxg0MDJ8YYIwQRQjAxsDMmhg0AxbyivhGhygAAVujiHGRgoKCnzy+8pr1igdKOEO28K3m53hrEDc6w9GT86KnZV8/S8kI7NYIbNYIS+/RCFRISk/vyQxKSdVISWzOFtPQSEgJzWxOFUhM684tQhFPi0nv6CgUiExL4WXq6AotbhYITGvUiE7tVKhJF+hpKhSITE9MTNPQU9PT4GXi2EUEAKhq4KCEh1Hw2F4g6Iix8TvlYwMTKPxPxr/aPGPVHBzMDBY5ZXGlsZC6NFwGwkAABt3TZw=",
  },
  {
    name: "fat32-4096",
    madeBy: "mkfs.vfat 4.2",
    size: 314572800,
    content: { kind: "fat32", size: 314572800 },
    sectors: [0],
    deflated:
      "eNp7HTEhNzutWC8tsYRBgFGBgYmBgYHhBwODAgMHAxjoMDJ4Q1hgOUYGNgZk0MCg6X+EV8LPX8HP0ddVQUFBwc0xxNhIQUGBT35fec0apQMl3GFb+HazM5wViHv9wejJWbGzkq//hWRkFitkFivk5ZcoJCok5eeXJCblpCqkZBZn6ykoBOSkJhanKmTmFacWocin5eQXFFQqJOal8HIVFKUWFysk5lUqZKdWKpTkK5QUVSokpidm5ino6ekp8HIxjAJCIHQVAH31PQc=",
  },
  {
    name: "iso-udf",
    madeBy: "genisoimage -udf",
    size: 858112,
    content: { kind: "iso9660", label: "DISC_2", size: 858112 },
    sectors: [64, 65, 66, 128, 132],
    deflated:
      "eNrtlU9PwjAUwF8XIwvERA/eqyclEdpNhhznVkZxbGbdjJyMkUk4AEbO+hX8AsYL384TN69mGxgiIWDUYSK/pE36/vXPe3lFhkkIRWBzJ7jE8zG5MK6U+XoYM0TRjIawAASAogGyDNlElN1EH1o5mvchm0TLQryW4TG3u0VLIE388ZqVYjGHC5c3dIthLlxc0TRSrFUFrnKbiabwWQMbHtN918MHxiGmlYqKWaHpBo5l6jabCMtHCiEarhfOme4J1ynWC8KocdvmjhXbROrIpowN0zvjPvaZ3kj9ugpRNEoVStXjSkklBGYE5BOzFuui/e/AXwKBBM8A8JAboemTyUnDn+eWQbGnFPXheMjaKaE6PaFx2ZsqTfcaO+AKX8dGv3t3Hw4GYQsHvc5NvxUuHeG7/l9l+zWTfGYAkG+Hvc6g3+let8OU878BErwAwNPbCO2Ncwn5wKxi+wLz3m1/ylZCP/NWC2rrt8mkutsKc7sM77nM6ww=",
  },
  {
    name: "iso9660",
    madeBy: "genisoimage",
    size: 370688,
    content: { kind: "iso9660", label: "DISC_1", size: 370688 },
    sectors: [64, 65, 66],
    deflated:
      "eNrtkjFPwzAQhS9MUREbMHU4McFAek7aVBkt55pecWwUpxKd+k/4V/y/yi0VgiorVKKfZD/5vXfDSU5MTaQSsOLWbzhMLcFs1XAOn3x8k2ESgCQeSFMYHazR7Vd8H68HGB9eY0ijpPB+fXejZnB1nMcLf0rDToKXVjeMEjxWZUmT5SLgQiyHTei5RdOx7n2Hj+YJVVUVyNnGr11Ta8tHc/6cE5W4yl5Zd8G7ySoLZinWimv2nRjHzhxN3b1Ijz3r9tfXzSkvlcqVKqbVrCCCE4N+cNq4fNr/DpwTOyrkt5Y=",
  },
  {
    name: "luks1",
    madeBy: "cryptsetup 2.6.1",
    size: 20971520,
    content: { kind: "luks" },
    sectors: [0],
    deflated:
      "eNrzCfUO3rWPgTExtZgBH6goKdYtyEnMzDMzwSpfnJFoZGqGzwQBEOHwOXWuwQGJugzz5SuNLcPuyv1amDpDJvLy29IWRpNrLcluTBOWPJU4VfL+kX7Z3i17F7pbTzwaxMDA/MLcwtAg1dTMUjc12cBA1yTZ2FI3Kc0sSdcgNTkl2cLELM08MRFszZrCzyD1Zy/sXLaEWVPbJOCd8mH2Ujbl7yf/frM8V7embqlqoiPzVgYGBg4GBv4FDAz31jIQBZgYSFPP/IM09awfSFPP/oI09ZwPsKkHAIp7UpA=",
  },
  {
    name: "luks2",
    madeBy: "cryptsetup 2.6.1",
    size: 20971520,
    content: { kind: "luks", label: "vault" },
    sectors: [0],
    deflated:
      "eNrzCfUO3rWPgYkBDBwYoIC5LLE0p4SBeFCckWhkaoZbPlF2qbxbnWio0Yn/2wV4WFfMncstdH4D74Rdzwxrv6Ws1GxliVx0bZlB5MbCmfu8PJ03J4jExe0s3Lvny8IEI8GidSssDNNSDS1Sk3UN0syTdE2M00x0k0wTjXUtLcyTTBINUs1Nkg0YRiDQTXRO+Pdvo02clmRj7TKPm0qxUQ2xv2ZPP1L5327XWyM/QvoBRb093w==",
  },
  {
    name: "ntfs",
    madeBy: "mkntfs",
    size: 8388608,
    content: { kind: "ntfs", label: "Windows Ä", size: 8388608 },
    sectors: [0, 38, 39],
    deflated:
      "eNrtU79Lw0AYfZc2rVRbSilSJz/EwUFCEQc3RbAoiBStFRcxpdGG1qQ2EQk45E9wE1zcxcHBTVAH1/4JQge3Lk7iopEkl2ALUnf7hrt37/t1331cd/N8o1TYIiKCMAIfH+iBDRvOos+jXHMi/v4OgAHYvZhd/rzsLLhaavLh+Oxm6skcLd+l7uNop/e6b3Ov7fH2RPerVFMNUg3SdJNkqui6KVcaClVVoy5RsaHIhkKqZiitHvNBQ282LZK1ajLRbCmGQbJmUV2xyNTJbFkkH8qqRpIkUTKBIf6I7evC2vpKHpFQiYBhAQwd9mPYAGKeDRD4OQ1g1WM5b80HbOlWerRe2G97rO8GblwtzMNQ9BiD6GniwHz9HQX545FplKGjgRMcQfHy2mEdAdWwYtR2+yjxuKxnned9ZnHFMmB+FTHD4z3NdxAJAAno8em3udjnvfpVo8hwtgMVGqrQcQoDhGd+jyaAmdBfxFj40nxOLPibgZ7jE/KZ4zjO4PkLwy/wryHgG/G/bTc=",
  },
  {
    name: "swap",
    madeBy: "mkswap",
    size: 4194304,
    content: { kind: "swap", label: "pages", size: 4194304 },
    sectors: [2, 7],
    deflated: "eNpjZGBg+M/MAAZ8c0+FTXvj+mb5rLjLqma1swoS01OLGUbBKBgFwwsEhzsGBAc4OrsaAQAGuA5P",
  },
  {
    name: "swap64",
    madeBy: "mkswap",
    size: 4194304,
    content: { kind: "swap", size: 4194304 },
    sectors: [2, 127],
    deflated: "eNpjZGBgsGeAgCKmRO5+Vged/Y+/spdv0lrLMApGwSgYhiA43DEgOMDR2dUIAIZlCZg=",
  },
  {
    name: "xfs",
    madeBy: "mkfs.xfs 6.1.0",
    size: 335544320,
    content: { kind: "xfs", label: "data", size: 335544320 },
    sectors: [0, 1, 2, 3],
    deflated:
      "eNqLcAt2YmAQYAADRgcGdNDw9vyJgNN+kXNi1v+4EbGlGqKOgQ0mDaUboXQTWJYhAMRmgQg5MGxZysTAxMDAkZJYkggzl4eTk5mfgUGSAaYIAmwh1P8HDPgBBxqfkYGBsQuCwYCXgYGBG8RwymE/gnDLKEAHEY7ubpDwA4EAaFiCogsWrjA5MM0Cwf7vGBj8X+BMHxC1rEh66Q6S5jmFjMYuUfHviRb/oLzIDBUD5ceG/6PgP3o6T5SVNUELShak/MI4dOLfzQdPPmZgctr+AOR/BgZwmc8OLXs5R1PE8AAAgMYMdA==",
  },
];
