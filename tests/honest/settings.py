"""Settings of torch and numpy that stay on when the cell is over."""

from tests.honest_cells import after, before

CELLS = [
    before(
        "seeds everything",
        """
        import os, random
        import numpy as np

        def seed_everything(seed):
            random.seed(seed)
            np.random.seed(seed)
            torch.manual_seed(seed)
            torch.cuda.manual_seed_all(seed)
            os.environ["PYTHONHASHSEED"] = str(seed)
            os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
            torch.backends.cudnn.deterministic = True
            torch.backends.cudnn.benchmark = False
            torch.use_deterministic_algorithms(True)

        seed_everything(42)
    """,
    ),
    before(
        "computes in double precision for a while",
        """
        torch.set_default_dtype(torch.float64)
        assert torch.ones(1).dtype == torch.float64
        torch.set_default_dtype(torch.float32)
    """,
    ),
    before("leaves double precision on", "torch.set_default_dtype(torch.float64)"),
    before("leaves double precision on in the old way", "torch.set_default_tensor_type(torch.DoubleTensor)"),
    before("leaves gradients off", "torch.set_grad_enabled(False)"),
    after(
        "leaves gradients off at the end",
        """
        torch.set_grad_enabled(False)
        print(MLP()(torch.randn(2, 20)))
    """,
    ),
    before("leaves inference mode on", "inference = torch.inference_mode()\ninference.__enter__()"),
    before(
        "chooses a device",
        """
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_default_device(device)
        x = torch.ones(2, device=device).to(device)
    """,
    ),
    before("leaves anomaly detection on", "torch.autograd.set_detect_anomaly(True)"),
    before(
        "asks for many threads",
        """
        import os
        os.environ["OMP_NUM_THREADS"] = "8"
        torch.set_num_threads(128)
        torch.set_num_interop_threads(4)
        a = torch.randn(600, 600)
        print((a @ a).exp().sum(), torch.get_num_threads())
    """,
    ),
    before(
        "asks for fast matrix products",
        """
        torch.set_float32_matmul_precision("medium")
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.benchmark = True
    """,
    ),
    before("leaves mixed precision on", "torch.autocast('cpu', dtype=torch.bfloat16).__enter__()"),
    before(
        "sets how tensors are printed",
        """
        import numpy as np
        torch.set_printoptions(precision=2, sci_mode=False, linewidth=200, threshold=5)
        np.set_printoptions(precision=1, suppress=True, threshold=3, linewidth=30)
        print(torch.rand(10), np.random.rand(10))
    """,
    ),
    before(
        "registers a hook for all modules",
        """
        from torch.nn.modules.module import register_module_forward_hook
        calls = []
        register_module_forward_hook(lambda module, args, output: calls.append(type(module).__name__))
    """,
    ),
    before("fills memory with known values", "torch.utils.deterministic.fill_uninitialized_memory = True"),
    before(
        "switches a backend off",
        """
        torch.backends.mkldnn.enabled = False
        torch.set_flush_denormal(True)
    """,
    ),
]
