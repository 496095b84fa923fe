/// A page is read in tens of thousands of small allocations that all end with it, which the system's allocator takes
/// longer over.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    copydesk::cli::main()
}
