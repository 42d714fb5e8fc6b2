//! The hotspot binary: doors for the people who run one. Every room behind a door is a library of its own; here are only command
//! lines, progress and exit codes.

mod decode;
mod demo;
mod encode;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code of bad input: a broken recording, an impossible option, a taken port.
const BAD_INPUT: u8 = 2;

/// Earshot hotspot: hear, beacon, prove.
#[derive(Parser)]
#[command(version, about, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a small network on simulated air and watch it on a map: honest hotspots earn, liars get caught.
    Demo(demo::Demo),
    /// Decode the LoRa frames in SigMF recordings.
    Decode(decode::Decode),
    /// Write a LoRa frame as a SigMF recording, for any receiver to try.
    Encode(encode::Encode),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo(demo) => demo.run(),
        Command::Decode(decode) => decode.run(),
        Command::Encode(encode) => encode.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if reader_went_away(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hotspot: {error:#}");
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// `hotspot ... | head` is no error.
fn reader_went_away(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
