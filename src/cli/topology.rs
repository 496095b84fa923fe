//! `copydesk topology print|apply|verify`: exchanges, queues, bindings and policies on the broker.

use super::{Exit, PARKED, UNAVAILABLE, setup};
use crate::config::Config;
use crate::transport::rabbitmq;
use crate::transport::rabbitmq::management::{Management, ManagementError};
use crate::transport::rabbitmq::topology::Topology;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print it as RabbitMQ imports definitions
    Print {
        /// Virtual host to print it for
        #[arg(long, default_value = "news")]
        vhost: String,
    },
    /// Make what is missing and set the policies (configure rights and rabbitmq.management_url)
    Apply,
    /// Compare all of it with the broker (rabbitmq.management_url); exit 1 where it differs
    Verify,
}

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let broker = setup::rabbitmq(config)?;
    let topology = Topology::new(&broker.names(), config.switch("rabbitmq.subscriber_queue"));
    let management = || Management::new(config.text("rabbitmq.management_url"), &broker).map_err(refused);
    match args.command {
        Command::Print { vhost } => {
            out!("{:#}", topology.definitions(&vhost));
            Ok(())
        }
        Command::Apply => {
            let management = management()?;
            setup::runtime()?.block_on(async {
                let unavailable = |e: &dyn std::fmt::Display| Exit::new(UNAVAILABLE, e.to_string());
                topology.declare(&broker).await.map_err(|e| unavailable(&e))?;
                management.set_policies(&topology).await.map_err(refused)
            })?;
            out!(
                "applied to {}: {} exchanges, {} quorum queues each with its policy, {} bindings",
                broker.place(),
                topology.exchanges.len(),
                topology.queues.len(),
                topology.bindings.len()
            );
            Ok(())
        }
        Command::Verify => setup::runtime()?.block_on(verify(config, &broker)),
    }
}

/// What can be asked of the broker with the rights at hand.
pub fn check_live(config: &Config) -> Result<(), Exit> {
    let broker = setup::rabbitmq(config)?;
    let runtime = setup::runtime()?;
    runtime.block_on(rabbitmq::check(&broker)).map_err(|fault| Exit::new(UNAVAILABLE, fault.to_string()))?;
    let url = config.text("rabbitmq.management_url");
    if url.is_empty() {
        out!(
            "{}: what the worker needs exists; bindings, arguments and policies were not looked at, since \
             rabbitmq.management_url is not set",
            broker.place()
        );
        return Ok(());
    }
    runtime.block_on(verify(config, &broker))
}

async fn verify(config: &Config, broker: &rabbitmq::Settings) -> Result<(), Exit> {
    let topology = Topology::new(&broker.names(), config.switch("rabbitmq.subscriber_queue"));
    let management = Management::new(config.text("rabbitmq.management_url"), broker).map_err(refused)?;
    let differences = management.verify(&topology).await.map_err(refused)?;
    if differences.is_empty() {
        out!("{} is as it should be", broker.place());
        return Ok(());
    }
    for difference in &differences {
        out!("{}", difference.0);
    }
    Err(Exit::new(
        PARKED,
        format!(
            "{} differences; `copydesk topology apply` makes what is missing and sets the policies; what a \
             queue or exchange was made with can only be changed by deleting it",
            differences.len()
        ),
    ))
}

fn refused(error: ManagementError) -> Exit {
    let code = match error {
        ManagementError::NotSet | ManagementError::Address(_) => super::CONFIGURATION,
        ManagementError::Unreachable(_) | ManagementError::Refused { .. } => UNAVAILABLE,
    };
    Exit::new(code, error.to_string())
}
